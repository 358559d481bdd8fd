// Reads one resource a line; prints how many there were, then each error with its place.
const [folder] = process.argv.slice(2);
const { Fhir } = require(folder);
const fhir = new Fhir();
const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
console.log(lines.length);
lines.forEach((line, at) => {
  const found = fhir.validate(JSON.parse(line), { errorOnUnexpected: true });
  for (const { severity, location, message } of found.messages) {
    if (severity === "error" || severity === "fatal") {
      console.log(`${at}: ${location}: ${message}`);
    }
  }
});
