"""One server for a class: JupyterHub, a process of its own for each student. See README.md here."""

import sys
from pathlib import Path

from jupyterhub.traitlets import ByteSpecification

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import students  # noqa: E402 (stands beside this file)

# What a lecturer changes ------------------------------------------------------------------------
ADMINS = {"lecturer"}  # sign up under this name yourself, before the class knows the address
MEMORY = "2G"  # per student: the server and all notebooks that are open
CPU = 1.0  # cores per student (only where systemd runs)
PROCESSES = 400  # processes and threads per student; an open notebook has about 15
IDLE_MINUTES = 60  # then an unused server is stopped; what is saved stays
COURSE = HERE.parent / "notebooks"  # copied into each home, never over a student's work
STATE = Path("/var/lib/lecture-hub")  # accounts and secrets, for root only
# ------------------------------------------------------------------------------------------------

c = get_config()  # noqa: F821 (JupyterHub hands it in)

# Who may come in. Students sign up, an admin lets them in at /hub/authorize.
c.JupyterHub.authenticator_class = "native"
c.NativeAuthenticator.minimum_password_length = 10
c.NativeAuthenticator.check_common_password = True
c.NativeAuthenticator.allowed_failed_logins = 10
c.Authenticator.allow_all = True  # all that an admin has let in
c.Authenticator.admin_users = ADMINS
c.Authenticator.username_pattern = students.NAMES
# The accounts of your university instead: `uv pip install oauthenticator` after each `uv sync`, and
# these lines; then name the class in c.Authenticator.allowed_users, in place of allow_all:
# c.JupyterHub.authenticator_class = "generic-oauth"
# c.GenericOAuthenticator.client_id = "..."
# c.GenericOAuthenticator.client_secret = "..."
# c.GenericOAuthenticator.authorize_url = "https://login.example.ac.kr/authorize"
# c.GenericOAuthenticator.token_url = "https://login.example.ac.kr/token"
# c.GenericOAuthenticator.userdata_url = "https://login.example.ac.kr/userinfo"
# c.GenericOAuthenticator.username_claim = "student_number"
# c.GenericOAuthenticator.oauth_callback_url = "https://hub.example.ac.kr/hub/oauth_callback"

# Hub and proxy are apart: the hub can be restarted, and no notebook notices.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:8081"
c.ConfigurableHTTPProxy.should_start = False  # its token: CONFIGPROXY_AUTH_TOKEN
c.JupyterHub.cleanup_servers = False
c.JupyterHub.db_url = f"sqlite:///{STATE}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")

# Each student is a user of the system, hub-NAME, with a home that nobody else can enter.
students.refuse_a_python_that_students_cannot_run()
c.Spawner.pre_spawn_hook = students.prepare(COURSE)
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = f"/lab/tree/{students.FOLDER}"
c.Spawner.args = [
    "--KernelManager.transport=ipc",  # a kernel on a port shows its output to all of the machine
    "--MappingKernelManager.cull_idle_timeout=1800",  # of notebooks that are closed
]
c.Spawner.environment = {
    "JUPYTER_RUNTIME_DIR": students.runtime_folder,
    "OPENBLAS_NUM_THREADS": "1",  # small matrices: more threads only stand in each other's way
}
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
c.Spawner.poll_interval = 10  # seconds until the hub sees that a server has ended by itself
c.Spawner.mem_limit = MEMORY
c.Spawner.cpu_limit = CPU

c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            sys.executable,
            "-m",
            "jupyterhub_idle_culler",
            f"--timeout={IDLE_MINUTES * 60}",
        ],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]

if students.systemd_runs():
    c.JupyterHub.spawner_class = students.SystemdStudentSpawner
    c.SystemdSpawner.username_template = students.PREFIX + "{USERNAME}"
    c.SystemdSpawner.default_shell = "/bin/bash"
    c.SystemdSpawner.isolate_tmp = True
    c.SystemdSpawner.isolate_devices = True
    c.SystemdSpawner.disable_user_sudo = True
    c.SystemdSpawner.unit_extra_properties = {
        "TasksMax": str(PROCESSES),
        "MemorySwapMax": "0",
        "OOMScoreAdjust": "500",
        "ProtectProc": "invisible",
        "ProtectSystem": "full",
        "UMask": "0077",
        "InaccessiblePaths": "-/run/dbus",  # else a student's own systemd is outside the limits
    }
else:
    c.JupyterHub.spawner_class = students.LocalStudentSpawner
    c.LocalStudentSpawner.processes = PROCESSES
    # Without new privileges (su, cron and the like) nothing leaves the limits.
    c.Spawner.cmd = ["setpriv", "--no-new-privs", *c.Spawner.cmd]
    c.JupyterHub.services.append(
        {
            "name": "memory-watch",
            "command": [
                sys.executable,
                str(HERE / "memory_watch.py"),
                students.PREFIX,
                str(ByteSpecification().validate(None, MEMORY)),
            ],
        }
    )
