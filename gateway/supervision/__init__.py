"""What watches the gateway itself: technical alarms, long-lived loops, health."""
