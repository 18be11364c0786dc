"""What GitHub tells us: deliveries verified, filtered, translated and handed to the engine."""
