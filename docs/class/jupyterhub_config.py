"""A JupyterHub for a class on one machine, without containers: a folder and an embedded AWS for each learner.

To try it, in the project's folder after `make setup` (the hub's version is the hub's own choice):

    .venv/bin/python -m uv pip install jupyterhub configurable-http-proxy
    CLASS_FOLDER=/srv/class CLASS_PASSWORD=… .venv/bin/jupyterhub --config docs/class/jupyterhub_config.py

All learners run as the user who started the hub: it is for a trial, or for people who trust each other. For a class
take a spawner that gives each a user or a container of their own; what stands below about folders holds there, too.
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub reads this file

FOLDER = Path(os.environ["CLASS_FOLDER"]).resolve()
PROGRAMS = Path(sys.executable).parent

# Who may come in: whoever knows the password of the class, under any name.
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = os.environ["CLASS_PASSWORD"]
c.Authenticator.allow_all = True

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = f"{FOLDER}/{{username}}"
c.Spawner.cmd = [str(PROGRAMS / "jupyterhub-singleuser")]
c.Spawner.environment = {
    # The embedded AWS and the record of exercises come back when the learner does.
    "COURSE_STATE": lambda spawner: f"{FOLDER}/{spawner.user.name}/.course/state",
    "COURSE_PROGRESS": lambda spawner: f"{FOLDER}/{spawner.user.name}/.course/progress.json",
}
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300

c.ConfigurableHTTPProxy.command = [str(PROGRAMS / "configurable-http-proxy")]
c.JupyterHub.db_url = f"sqlite:///{FOLDER}/hub.sqlite"
c.JupyterHub.cookie_secret_file = f"{FOLDER}/cookie_secret"
