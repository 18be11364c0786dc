"""Real git objects, kept in memory by dulwich: what a clone shows is what the API says."""
