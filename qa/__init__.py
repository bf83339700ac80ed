"""问答: from a question to a cited answer, its calculation, or an honest no. The front ends stand in `cli` and `app`."""
