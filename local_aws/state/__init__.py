"""State that lasts: what the services offer as records, in a folder that outlives the process.

`keeper` writes what has changed before an answer leaves, `store` is the file, `folder` whose it is, `snapshot` a state
as one file.
"""
