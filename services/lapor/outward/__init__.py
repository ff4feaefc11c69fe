"""What leaves for LAPOR!: which complaints, their files, our follow-ups and dispositions."""
