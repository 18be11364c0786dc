"""Where each build backend takes a project's version from: one module a backend."""
