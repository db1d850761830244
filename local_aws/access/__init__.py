"""Who calls, and may they: the embedded AWS's own judgement of every request that isn't the administrator's."""
