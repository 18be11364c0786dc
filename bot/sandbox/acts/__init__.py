"""What can happen in a repository, each act with the webhooks that follow from it.

REST, GraphQL and the people of the demo all act through these functions, so the same act has the same consequences
whoever does it. What GitHub refuses is raised as the error of its REST API.
"""
