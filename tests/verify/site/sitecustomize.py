"""A user's own start-up file, which must still run."""

import builtins

builtins.greeting = "hello from the user's sitecustomize"
