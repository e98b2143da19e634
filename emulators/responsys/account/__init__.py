"""One account of Responsys: its lists with their members, its tables, campaigns, events and limits."""
