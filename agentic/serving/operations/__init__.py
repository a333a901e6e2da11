"""What each route does, by the route's operation name."""
