"""What folium and ipyleaflet know about their maps."""

from __future__ import annotations

from typing import Any

import pytest

from nbclaude.context.plotted.numbers import plotted_numbers
from nbclaude.context.plotted.reading import facts_of
from nbclaude.context.plotted.wording import figure_lines

_REGIONS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"n": name},
            "geometry": {"type": "Polygon", "coordinates": [[[1, 2], [1, 3], [4, 3], [1, 2]]]},
        }
        for name in "ab"
    ],
}


def facts(value: Any) -> list[str]:
    found = facts_of(value)
    assert found is not None
    return figure_lines(found)


def test_folium() -> None:
    folium = pytest.importorskip("folium")
    plugins = pytest.importorskip("folium.plugins")
    shown = folium.Map([48.2, 16.37], zoom_start=12)
    folium.Marker([48.2, 16.3], popup="<b>Stephansdom</b>", tooltip="Dom").add_to(shown)
    group = folium.FeatureGroup("cafés").add_to(shown)
    for number in range(7):
        folium.CircleMarker([48 + number, 16], tooltip=f"café {number}").add_to(group)
    cluster = plugins.MarkerCluster(name="trees").add_to(shown)
    for number in range(3):
        folium.Marker([number, 5]).add_to(cluster)
    plugins.HeatMap([[48, 16, 0.5], [49, 17, 1.0]]).add_to(shown)
    folium.PolyLine([[48.2, 16.3], [48.3, 16.4]]).add_to(shown)
    folium.GeoJson(_REGIONS, name="regions").add_to(shown)
    told = [
        "lat: values 0 to 54",
        "lon: values 1 to 17",
        'markers: 1 marker, "Stephansdom | Dom"',
        'circles "cafés": 7 circles, "café 0", "café 1", "café 2", "café 3", "café 4", "…"',
        'markers "trees": 3 markers',
        "heat map: 2 points",
        "lines: 1 line",
        'Polygon "regions": 2 features',
    ]
    view = "tile map, center at latitude 48.2, longitude 16.37, zoom 12"
    assert facts(shown) == ["folium", view, *told]
    shown.fit_bounds([[1, 2], [3, 4]])
    assert facts(shown)[1] == "tile map, fitted to latitudes 1 to 3, longitudes 2 to 4"
    found = facts_of(shown)
    assert found is not None
    numbers = plotted_numbers(found, 2_000).text
    assert '"Stephansdom | Dom"\nlabel,lat,lon\nStephansdom | Dom,48.2,16.3\n' in numbers
    assert "label,lat,lon\ncafé 0,48,16\n" in numbers and "café 6,54,16" in numbers
    assert "number,lat,lon\n1,2,1\n1,3,1\n1,3,4\n1,2,1\n2,2,1\n" in numbers


def test_folium_colors() -> None:
    folium = pytest.importorskip("folium")
    shown = folium.Map()
    folium.Choropleth(
        _REGIONS, data={"a": 1, "b": 5}, key_on="feature.properties.n", legend_name="Value"
    ).add_to(shown)
    assert facts(shown)[-2:] == ['color: "Value", 1 to 5', "Polygon: 2 features"]


def test_ipyleaflet() -> None:
    leaflet = pytest.importorskip("ipyleaflet")
    markers = [leaflet.Marker(location=(1, 2)), leaflet.Marker(location=(3, 4))]
    shown = leaflet.Map(center=(48.2, 16.3), zoom=11)
    shown.add(leaflet.Marker(location=(48.2, 16.3), title="Dom"))
    shown.add(leaflet.MarkerCluster(markers=markers, name="trees"))
    shown.add(leaflet.GeoJSON(data=_REGIONS, name="regions"))
    shown.add(leaflet.LayerGroup(layers=(leaflet.Circle(location=(5, 6), radius=10),), name="group"))
    shown.add(leaflet.Rectangle(bounds=((1, 2), (3, 4))))
    assert facts(shown) == [
        "ipyleaflet",
        "tile map, center at latitude 48.2, longitude 16.3, zoom 11",
        "lat: values 1 to 48.2",
        "lon: values 1 to 16.3",
        'markers: 1 marker, "Dom"',
        'markers "trees": 2 markers',
        'Polygon "regions": 2 features',
        'circles "group": 1 circle',
        "rectangles: 1 rectangle",
    ]
