"""What is looked for once a day: releases that are due, complaints and their dates, answers. Told in the morning, as of last night."""
