"""GSM modems: AT commands in PDU mode (3GPP TS 27.005, 27.007) as a session.

`session` is what a gateway uses; `tables` is its machine; `upkeep` sets the modem up and watches it; `box`
holds what came; `errors` says what a refusal means.
"""
