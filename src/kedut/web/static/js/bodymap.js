// The body map: regions to tap or to reach by keys, in step with the list of checkboxes.

const SVG = "http://www.w3.org/2000/svg";
const FELT_IN_SKIN = new Set(["runs", "tingles", "numb"]);
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export function start(map) {
  const regions = [...map.querySelectorAll(".bm-region")];
  const boxes = new Map(
    [...map.querySelectorAll('input[name="map"]')].map((box) => [box.value, box]),
  );
  const brushes = [...map.querySelectorAll('input[name="bm-brush"]')];
  const status = map.querySelector("[data-status]");
  const placeOf = (region) => region.querySelector("title").textContent;
  const spot = (region) => `${region.dataset.region}:${region.dataset.side}`;
  const brush = () => brushes.find((one) => one.checked) ?? brushes[0];
  const brushName = () => brush().closest("label").textContent.trim().toLowerCase();

  function draw(region) {
    const place = spot(region);
    const shape = region.querySelector(".bm-shape");
    for (const { value: sensation } of brushes) {
      const wanted = boxes.get(`${place}:${sensation}`)?.checked ?? false;
      const drawn = region.querySelector(`[data-sensation="${sensation}"]`);
      if (drawn && !wanted) drawn.remove();
      if (wanted && !drawn) region.append(mark(shape, sensation));
    }
    const box = boxes.get(`${place}:${brush().value}`);
    const told = box ? brushName() : `${brushName()}, ${map.dataset.notHere}`;
    region.setAttribute("aria-checked", String(box?.checked ?? false));
    region.setAttribute("aria-disabled", String(!box));
    region.setAttribute("aria-label", `${placeOf(region)}: ${told}`);
  }

  function mark(shape, sensation) {
    const use = document.createElementNS(SVG, "use");
    const own = shape.getAttribute("href");
    use.setAttribute("href", own ?? `#${shape.id}`);
    if (own) use.setAttribute("transform", shape.getAttribute("transform"));
    use.setAttribute("class", `bm-mark bm-${sensation}`);
    use.setAttribute("data-sensation", sensation);
    use.setAttribute("fill", `url(#bm-${sensation})`);
    use.setAttribute("fill-opacity", "1");
    use.setAttribute("stroke", "none");
    use.setAttribute("pointer-events", "none");
    return use;
  }

  function drawAll() {
    for (const region of regions) draw(region);
    lightNerves();
  }

  // The rule of kedut.case.bodymap: all felt places of a side lie in the area, one in its core.
  function lightNerves() {
    const areas = [...map.querySelectorAll("[data-territory]")].map((element) => ({
      element,
      sides: element.dataset.sides,
      core: element.dataset.core.split(" "),
      regions: new Set(element.dataset.regions.split(" ")),
    }));
    const counted = new Set(areas.flatMap((area) => [...area.regions]));
    const felt = {};
    for (const box of boxes.values()) {
      const [region, side, sensation] = box.value.split(":");
      if (box.checked && FELT_IN_SKIN.has(sensation) && counted.has(region)) {
        (felt[side] ??= new Set()).add(region);
      }
    }
    const fits = (area, side) => {
      const here = felt[side] ?? new Set();
      return [...here].every((one) => area.regions.has(one)) && area.core.some((one) => here.has(one));
    };
    const onBoth = (area) => area.sides === "both" && fits(area, "left") && fits(area, "right");
    const both = areas.some(onBoth);
    const lit = new Set();
    let any = false;
    for (const area of areas) {
      let sides = [];
      if (onBoth(area)) sides = ["both"];
      else if (area.sides === "middle" && fits(area, "middle")) sides = ["middle"];
      else if (area.sides === "one" && !both) {
        sides = ["left", "right"].filter((side) => fits(area, side));
      }
      area.element.hidden = sides.length === 0;
      any ||= sides.length > 0;
      for (const word of area.element.querySelectorAll("[data-leg]")) {
        word.hidden = !sides.includes(word.dataset.leg);
      }
      for (const side of sides.flatMap((one) => (one === "both" ? ["left", "right"] : [one]))) {
        for (const region of area.regions) lit.add(`${region}:${side}`);
      }
    }
    map.querySelector("[data-nerves]").hidden = !any;
    for (const region of regions) region.classList.toggle("is-lit", lit.has(spot(region)));
  }

  function toggle(region) {
    const box = boxes.get(`${spot(region)}:${brush().value}`);
    if (!box) {
      status.textContent = `${placeOf(region)}: ${brushName()}, ${map.dataset.notHere}`;
      return;
    }
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function say(box) {
    const [region, side, sensation] = box.value.split(":");
    const own = regions.find((one) => spot(one) === `${region}:${side}`);
    const name = brushes.find((one) => one.value === sensation);
    status.textContent = (box.checked ? map.dataset.marked : map.dataset.unmarked)
      .replace("{place}", own ? placeOf(own) : "")
      .replace("{sensation}", name.closest("label").textContent.trim().toLowerCase());
  }

  // One stop of the Tab key for each figure; the arrows go to the nearest region of the figure.
  function move(region, [dx, dy]) {
    const figure = [...region.ownerSVGElement.querySelectorAll(".bm-region")];
    const centre = (one) => {
      const box = one.querySelector(".bm-shape").getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const [x, y] = centre(region);
    let best = null;
    let least = Infinity;
    for (const other of figure) {
      const [ox, oy] = centre(other);
      const ahead = (ox - x) * dx + (oy - y) * dy;
      const aside = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
      if (other !== region && ahead > 1 && ahead + 2 * aside < least) {
        least = ahead + 2 * aside;
        best = other;
      }
    }
    if (best) reach(best, figure);
  }

  function reach(region, figure) {
    for (const one of figure) one.setAttribute("tabindex", one === region ? "0" : "-1");
    region.focus();
  }

  for (const svg of map.querySelectorAll(".bm-figure")) {
    const own = [...svg.querySelectorAll(".bm-region")];
    own.forEach((region, place) => {
      region.setAttribute("role", "checkbox");
      region.setAttribute("tabindex", place === 0 ? "0" : "-1");
      region.addEventListener("click", () => {
        for (const one of own) one.setAttribute("tabindex", one === region ? "0" : "-1");
        toggle(region);
      });
      region.addEventListener("keydown", (event) => {
        if (event.key === " " || event.key === "Enter") toggle(region);
        else if (event.key in ARROWS) move(region, ARROWS[event.key]);
        else return;
        event.preventDefault();
      });
    });
  }
  map.addEventListener("change", (event) => {
    if (event.target.name === "map") {
      say(event.target);
      drawAll();
    } else if (event.target.name === "bm-brush") {
      for (const hint of map.querySelectorAll("[data-hint]")) {
        hint.hidden = hint.dataset.hint !== event.target.value;
      }
      drawAll();
    }
  });
  // A page come back to may hold other ticks than it was sent with.
  addEventListener("pageshow", drawAll);
  for (const part of map.querySelectorAll("[data-with-script]")) part.hidden = false;
  for (const part of map.querySelectorAll("[data-without-script]")) part.hidden = true;
  map.querySelector(".bm-list").open = false;
  drawAll();
}

// The page may change without this being loaded again: before it, or long after.
function startAll() {
  for (const map of document.querySelectorAll("[data-bodymap]:not([data-started])")) {
    map.dataset.started = "";
    start(map);
  }
}

startAll();
document.addEventListener("kedut:page", startAll);
