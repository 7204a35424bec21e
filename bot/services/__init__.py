"""What a writer can do, one file per thing. Sees the story and the ports, nothing else."""
