"""Several processes behind one address, each at a door of its own."""

from __future__ import annotations

from uvicorn.supervisors.multiprocess import Multiprocess, Process


class Workers(Multiprocess):
    """Starts one process for each socket; one that replaces another listens at all of them."""

    def init_processes(self) -> None:
        """Start the processes."""
        for door in self.sockets:
            process = Process(self.config, [door])
            process.start()
            self.processes.append(process)

    def terminate_all(self) -> None:
        """Ask all to end; nothing more may wait at a door that nobody opens."""
        super().terminate_all()
        for door in self.sockets:
            door.close()
