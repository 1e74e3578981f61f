"""The stand-in shop: answers as the documented page says, on this machine only. A rehearsal, never the real Wemasy."""
