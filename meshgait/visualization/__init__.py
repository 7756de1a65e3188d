"""What people look at: sheets, players, windows and pages."""
