"""The evaluation of a unit (PEKPPP): the evaluator's form F-02, and the IPP that follows from it and from the users' F-03."""
