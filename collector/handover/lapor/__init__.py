"""The adapter to SP4N-LAPOR!: off until somebody who has its documentation switches it on. What of it is known is said in `docs/handover.md`."""
