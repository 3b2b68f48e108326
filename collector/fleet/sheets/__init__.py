"""The whole fleet as one workbook: written out, checked row by row against what is here, and taken as a whole or not at all."""
