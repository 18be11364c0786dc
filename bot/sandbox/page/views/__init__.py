"""What each page shows: functions from a visit to a sheet, without any effect on the world."""
