# The course in a container: docker build -t workflow-course . && docker run --rm -p 127.0.0.1:8888:8888 workflow-course
# The same locked environment as `make lab`; the dev container (.devcontainer/) builds it, too. Binder has its own (.binder/).
FROM python:3.12-slim

# make runs the project's commands; git is what dev containers expect.
RUN apt-get update && apt-get install --yes --no-install-recommends make git && rm -rf /var/lib/apt/lists/*

# Nobody should be root in there; dev containers find the user by this name.
ARG USER_NAME=learner
ARG USER_ID=1000
RUN useradd --create-home --uid "${USER_ID}" "${USER_NAME}"
ENV HOME=/home/${USER_NAME}
COPY --chown=${USER_ID}:${USER_ID} . ${HOME}/course
USER ${USER_NAME}
WORKDIR ${HOME}/course
RUN make setup

ENV PATH=${HOME}/course/.venv/bin:${PATH}
EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser", "--ServerApp.root_dir=.", "--LabApp.app_settings_dir=course/jupyterlab", "notebooks/exercises/00_start_here.ipynb"]
