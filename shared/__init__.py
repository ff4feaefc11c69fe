"""The words and the pipes: everything every part of NTB Care speaks. Imports nothing of ours from above."""
