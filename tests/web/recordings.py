"""Recordings as a phone sends them, for the tests of the measuring page."""

from __future__ import annotations

from kedut.simulate.motion import Scene, simulate_motion


def motion_csv(seconds: float = 60, seed: int = 1, ptp_m_s2: float = 0.4) -> bytes:
    """Give a phone's accelerometer on a twitching calf."""
    scene = Scene(duration_s=seconds, rate_hz=60, ptp_m_s2=ptp_m_s2)
    moved = simulate_motion(scene, seed)
    lines = ["Time (s),Acceleration x (m/s^2),Acceleration y (m/s^2),Acceleration z (m/s^2)"]
    for place, (x, y, z) in enumerate(moved.recording.samples.T.tolist()):
        lines.append(f"{place / 60:.5f},{x:.5f},{y:.5f},{z:.5f}")
    return "\n".join(lines).encode() + b"\n"
