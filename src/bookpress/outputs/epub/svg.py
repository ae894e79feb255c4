"""Names of SVG with capitals, which the HTML parser takes away and XML needs."""

from __future__ import annotations

from typing import Any

TAGS = """
animateMotion animateTransform clipPath feBlend feColorMatrix feComponentTransfer feComposite
feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA
feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset
fePointLight feSpecularLighting feSpotLight feTile feTurbulence foreignObject linearGradient
radialGradient textPath
"""
ATTRIBUTES = """
attributeName attributeType baseFrequency baseProfile calcMode clipPathUnits diffuseConstant
edgeMode filterUnits gradientTransform gradientUnits kernelMatrix kernelUnitLength keyPoints
keySplines keyTimes lengthAdjust limitingConeAngle markerHeight markerUnits markerWidth
maskContentUnits maskUnits numOctaves pathLength patternContentUnits patternTransform patternUnits
pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits refX refY
repeatCount repeatDur requiredExtensions specularConstant specularExponent spreadMethod startOffset
stdDeviation stitchTiles surfaceScale systemLanguage tableValues targetX targetY textLength viewBox
viewTarget xChannelSelector yChannelSelector zoomAndPan
"""
"""Of https://html.spec.whatwg.org/multipage/parsing.html#adjust-svg-attributes."""
SPELLING = {name.lower(): name for name in (*TAGS.split(), *ATTRIBUTES.split())}
XLINK = "http://www.w3.org/1999/xlink"


def write_as_svg(drawing: Any) -> None:
    """Give the parts of a drawing and their attributes the names that SVG has for them."""
    for part in drawing.iter("*"):
        part.tag = SPELLING.get(part.tag, part.tag)
        for name in part.attrib:
            if name in SPELLING:
                part.set(SPELLING[name], part.attrib.pop(name))
    drawing.set("xmlns:xlink", XLINK)
