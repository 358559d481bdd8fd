"""Run by the test of a release, in an empty place without network: use kedut in every way once.

Standard library only, as nothing else is there. Prints one line of JSON.
"""

import fcntl
import json
import re
import signal
import socket
import struct
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

SET_FLAGS, UP = 0x8914, 1
AWAY = ("192.0.2.1", 9)  # an address that documents use
KEDUT = Path(sys.executable).with_name("kedut")


def loopback_up() -> None:
    """Switch on the one way a machine without network has: to itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        fcntl.ioctl(door, SET_FLAGS, struct.pack("16sH14x", b"lo", UP))


def reach_out() -> str:
    """Try to leave."""
    try:
        socket.create_connection(AWAY, timeout=2).close()
    except OSError:
        return "unreachable"
    return "reached"


def said(*words: str) -> str:
    """Run kedut and give what it prints."""
    done = subprocess.run([str(KEDUT), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"kedut {' '.join(words)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def pages() -> dict[str, int]:
    """Serve, and give what each page answers."""
    command = [str(KEDUT), "serve", "--port", "0", "--database", "sqlite:///kept.sqlite"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = re.search(r"http://\S+:\d+", server.stdout.readline())[0]
            found = {}
            for page in ("/health", "/ready", "/id/", "/fhir/metadata"):
                try:
                    with urllib.request.urlopen(address + page, timeout=60) as answer:
                        found[page] = answer.status
                except urllib.error.HTTPError as fault:
                    found[page] = fault.code
            return found
        finally:
            server.send_signal(signal.SIGTERM)


def main() -> None:
    """Use kedut in every way once."""
    examples = Path(sys.argv[1])
    loopback_up()
    case = said("assess", str(examples / "calf-after-marathon.json"), "--format", "json")
    said("assess", str(examples / "calf-after-marathon.json"), "--lang", "id")
    recording = examples / "recordings" / "emg-calf.edf"
    measured = said("measure", str(recording), "--format", "json")
    said("knowledge", "why", "post_exercise_twitching/intense_exercise_48h")
    import kedut

    told = {
        "package": kedut.__file__,
        "version": said("--version").strip(),
        "network": reach_out(),
        "assessed": json.loads(case)["id"],
        "twitches": json.loads(measured)["twitches"],
        "pages": pages(),
    }
    sys.stdout.write(json.dumps(told) + "\n")


main()
