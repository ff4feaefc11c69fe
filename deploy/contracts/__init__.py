"""What is generated from the contracts and committed: JSON Schemas, releases, docs/asyncapi.yaml."""
