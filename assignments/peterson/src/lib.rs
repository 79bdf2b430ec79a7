//! Peterson (stub to come).
