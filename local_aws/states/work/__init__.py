"""Work that holds no thread while it waits.

What an execution does is written as coroutines. A `pool.Pool` carries them forward on a few threads; where one waits
(for time to pass, for a token, for an API's answer) it is put aside, and costs what its variables cost. So ten
thousand executions may wait at once.

- `signals`: what a coroutine waits for; `waiting`: waiting for other work, with a limit of time; `turns`: so many at
  once; `pool`.
"""
