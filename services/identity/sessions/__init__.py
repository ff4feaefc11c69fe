"""Sessions: opened by a sign-in, renewed by a secret that changes each time, ended by anybody who may."""
