"""The interactive page: watch the policies at work in a browser, and try the rule.

``server`` serves it, ``screen`` puts it together, and each other module is one thing on it. What is shown is read from a ``NetworkModel``;
nothing is simulated here. All state belongs to one browser tab.

The page is made of Solara, as Mesa's ``SolaraViz`` is, but not by it. In Mesa 3.5 that refuses a model whose ``scenario`` is not
Mesa's own, covers a phone with its drawer of controls, and has no place for help texts and messages; its Reset during play can
step the new model, and its network drawing computes the layout anew at each frame.
"""
