"""OpenID Connect: somebody else says who it is; what they may do stays ours."""
