"""What jobs do: the actions and commands the sandbox really carries out."""
