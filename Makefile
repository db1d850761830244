# The commands of the project. `make` alone lists them.
# Needed: make and Python 3.11 to 3.13; everything else is installed into .venv by these commands.

PYTHON ?= python3
# One more than the cores that the tests are made for: much of a test is waiting.
JOBS   ?= 3
PORT   ?= 4566
CLOCK  ?= 60
STATE  ?= .course/state

# What a lab keeps is its own: tests, and lessons that are only run, begin empty also in one of its terminals.
unexport COURSE_STATE

VENV := .venv
BIN  := $(VENV)/bin
DONE := $(VENV)/.installed

.PHONY: help course lab solved test check long browser site store exercises nbgrader aws account replay bench setup lock clean
.DEFAULT_GOAL := help

help:
	@echo "Machine Learning Workflow Automation on AWS"
	@echo
	@echo "  make course     run every lesson, in order, on the embedded AWS (copies under build/)"
	@echo "  make lab        open the lessons in JupyterLab: the learner's edition, with exercises to solve"
	@echo "  make solved     open the lessons with every exercise solved"
	@echo "  make test       lint, types, tests, and every lesson compared with its stored outputs"
	@echo "  make check      the quick part of it, for work in progress: what needs neither a browser nor a lesson"
	@echo "  make long       only the long tests that \`make test\` leaves out: attacks, floods, kills, further lessons in a browser"
	@echo "  make browser    every test in a browser, the long ones too; their pictures go to build/screenshots"
	@echo "  make site       the lessons as pages for a browser, under build/site"
	@echo "  make store      execute the lessons and store their outputs, after a change (LESSONS=\"05 06\" for some)"
	@echo "  make exercises  make the learner's edition of the lessons anew, after a change in a lesson"
	@echo "  make nbgrader   hand the exercises out for nbgrader, into build/nbgrader/"
	@echo "  make account    prove the lessons on your own AWS account, and record what it answers (CAP=3 US dollars)"
	@echo "  make replay     hold the embedded AWS against such a recording (FILE=...)"
	@echo "  make aws        serve the embedded AWS on port $(PORT), for a shell or another program"
	@echo "  make bench      measure it beside its baselines (ROWS=\"S3 put; memory\" for some rows alone, README=1 into the README)"
	@echo "  make setup      only install (the others do it by themselves)"
	@echo "  make lock       make requirements.txt anew from requirements.in"
	@echo "  make clean      remove .venv and build/"
	@echo
	@echo "On a real account: make lab COURSE_TARGET=aws (lesson 00 says first what it costs)."
	@echo "What \`make lab\` and \`make aws\` make on the embedded AWS stays there, in $(STATE)."
	@echo "Another Python: make course PYTHON=python3.12"

# A stamp inside the virtual environment: nothing is installed again until one of its prerequisites changes.
$(DONE): requirements.txt pyproject.toml account_guard/ipython_config.py
	@$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" || { \
	  echo "Python 3.11, 3.12 or 3.13 is needed; '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Installing into $(VENV) (the first time takes a minute or two) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "Python's venv module did not work (Debian, Ubuntu: apt-get install python3-venv)."; exit 1; }
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python -r requirements.txt
	@$(BIN)/python -m uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@# From Python 3.12 on, sagemaker's sources are warned about when they are compiled: here, and not in a lesson.
	@$(BIN)/python -W ignore -m compileall -q $(VENV)/lib/python*/site-packages/sagemaker
	@$(BIN)/python -m account_guard
	@touch $@
	@echo "Installed."

setup: $(DONE)

course: $(DONE)
	@$(BIN)/python -m course.run_lessons

store: $(DONE)
	@$(BIN)/python -m course.run_lessons --store $(LESSONS)

# The settings switch off the pop-up about news of Jupyter: a lesson is what is opened.
JUPYTERLAB := -m jupyterlab --ServerApp.root_dir=. --LabApp.app_settings_dir=course/jupyterlab

lab: $(DONE)
	@echo "The learner's edition: exercises to solve. With solutions: make solved"
	@COURSE_STATE=$(abspath $(STATE)) $(BIN)/python $(JUPYTERLAB) notebooks/exercises/00_start_here.ipynb

solved: $(DONE)
	@echo "The lessons with every exercise solved. To solve them yourself: make lab"
	@COURSE_STATE=$(abspath $(STATE)) $(BIN)/python $(JUPYTERLAB) notebooks/00_start_here.ipynb

test: $(DONE)
	@$(BIN)/python -m tests.run_all --jobs $(JOBS)

check: $(DONE)
	@$(BIN)/python -m tests.run_all --quick --jobs $(JOBS)

long: $(DONE)
	@$(BIN)/python -m pytest tests -m long -rfEs

browser: $(DONE)
	@$(BIN)/python -m pytest tests/browser

site: $(DONE)
	@$(BIN)/python -m docs.site

exercises: $(DONE)
	@$(BIN)/python -m course.exercises

nbgrader: $(DONE)
	@$(BIN)/python -m course.marking.handout

account: $(DONE)
	@COURSE_TARGET=aws $(BIN)/python -m course.proving $(LESSONS) $(if $(CAP),--cap $(CAP)) $(if $(FILE),--file $(FILE)) $(if $(CLEAN),--clean-up)

replay: $(DONE)
	@$(BIN)/python -m course.proving.replay $(FILE)

aws: $(DONE)
	@$(BIN)/python -m local_aws serve --port $(PORT) --clock $(CLOCK) --state $(STATE) --unless-running $(if $(LAG),--lag $(LAG)) $(if $(DEBUG),--debug)

bench: $(DONE)
	@$(BIN)/python -m benchmarks $(if $(ROWS),--rows "$(ROWS)") $(if $(README),--readme)

lock: $(DONE)
	@$(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url \
	  --no-annotate --no-header --upgrade requirements.in -o requirements.txt
	@echo "requirements.txt made anew; the next command installs it."

clean:
	rm -rf $(VENV) build
