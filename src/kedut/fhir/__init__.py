"""Assessments and cases as FHIR R4 resources, and back; pure: no clock, no network, no disk."""
