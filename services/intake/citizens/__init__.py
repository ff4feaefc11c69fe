"""What citizens see and do with their own complaints: by their device's secret name, or by ticket and access code."""
