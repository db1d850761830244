"""What keeps functions and jobs apart from the machine: a file system, processes and users of their own.

Linux only. A room of the ground floor: it knows neither Lambda nor SageMaker. `view` says what is shown, `namespaces`
steps in, `first_process` is process 1 in there, and `system` says whether this system lets any of it happen.

Where it holds, it is a boundary for files, memory and processes: what runs inside sees nothing of the user's home,
of the project, of the server or of its neighbours. The network stays the machine's own, since the embedded AWS answers
on its loopback. Where a system allows no namespaces, nothing of this holds, and the server says so when it starts.
"""
