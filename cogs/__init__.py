"""The rooms that know Discord: event, request, one service, render."""
