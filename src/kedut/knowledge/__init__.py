"""What medicine knows: tables, rules and words; no inference, no signals."""
