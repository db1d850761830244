"""What keeps functions and jobs apart from the machine, and the server from the settings of whoever starts it.

`view` says what functions and jobs see, `namespaces` steps in, `first_process` is process 1 in there, `launcher` starts
a job's command, and `system` says whether this system lets any of it happen. It is Linux's; the room knows neither
Lambda nor SageMaker. `scratch` and `callers_settings` are for every system.

Where it holds, it is a boundary for files, memory and processes: what runs inside sees nothing of the user's home,
of the project, of the server or of its neighbours. The network stays the machine's own, since the embedded AWS answers
on its loopback. Where a system allows no namespaces, nothing of this holds, and the server says so when it starts.
"""
