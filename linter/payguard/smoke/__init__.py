"""Calls both list APIs of payment managers as given roles, and compares with what is expected.

Nothing but reads is ever called, see ``payguard.smoke.connection``. The only importer of boto3
beside the emulator.
"""
