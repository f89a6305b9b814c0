"""The interactive page: watch the policies at work in a browser, and try the platform's rule.

``server`` serves the page, ``layout`` arranges it, and each other module is one thing on it.
``comparison`` holds the models that are shown. All state belongs to one browser tab.

The page is made with Solara, like Mesa's ``SolaraViz``, but not with ``SolaraViz`` itself. In Mesa
3.5, ``SolaraViz`` refuses a model whose ``scenario`` is not Mesa's own, covers the screen of a
phone with its controls, and has no place for help texts and messages. Reset during play can step
the new model, and the network drawing computes a new layout for each frame.
"""
