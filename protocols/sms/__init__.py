"""SMS text and transfer PDUs: the GSM alphabet, UCS2, parts of long messages, 3GPP TS 23.040 TPDUs."""
