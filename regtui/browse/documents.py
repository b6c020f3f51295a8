"""What browsing found as JSON documents: pure, without a word for people that is not in the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regtui.registry.jsonbody import BodyError, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regtui.browse.models import Details, ListingEnded, Place, Standing, TagFacts
    from regtui.browse.order import Attached
    from regtui.registry.image_config import ImageConfig, Layer
    from regtui.registry.manifests import Entry

CATALOG_SCHEMA = "regtui.catalog/1"
TAGS_SCHEMA = "regtui.tags/1"
INSPECT_SCHEMA = "regtui.inspect/1"


def place_document(place: Place, url: str) -> dict[str, Any]:
    """Return where a document's content comes from; `url` is the endpoint that answered."""
    return {"registry": place.registry, "endpoint": url, "mirror": place.mirror, "note": place.note}


def ended_document(ended: ListingEnded, status: int) -> dict[str, Any]:
    """Return how a listing ended."""
    return {
        "complete": ended.complete,
        "outcome": ended.outcome,
        "reason": ended.reason,
        "retry_after": ended.retry_after,
        "exit": status,
    }


def facts_document(facts: TagFacts, attached: Sequence[Attached] = ()) -> dict[str, Any]:
    """Return one tag with what its manifest says."""
    return {
        "tag": facts.tag,
        "digest": facts.digest or None,
        "claimed": facts.claimed,
        "created": facts.created.isoformat() if facts.created else None,
        "size": facts.size,
        "platforms": list(facts.platforms),
        "media_type": facts.media_type or None,
        "kind": facts.kind or None,
        "attached": [{"kind": each.kind, "tag": each.tag} for each in attached],
        "error": facts.trouble or None,
    }


def standing_document(standing: Standing) -> dict[str, Any]:
    """Return who asked, and what the registry says of its limits."""
    limit = standing.rate_limit
    return {
        "login": standing.login,
        "user": standing.user or None,
        "withheld": standing.withheld or None,
        "rate_limit": None
        if limit is None
        else {"limit": limit.limit, "remaining": limit.remaining, "window": limit.window, "source": limit.source},
    }


def details_document(details: Details) -> dict[str, Any]:
    """Return a manifest in detail, with its own JSON as `manifest`."""
    manifest = details.manifest
    return {
        "repository": details.repository,
        "reference": details.reference,
        "digest": details.digest,
        "claimed": details.claimed or None,
        "verified": details.verified,
        "media_type": manifest.media_type,
        "kind": manifest.kind,
        "artifact_type": manifest.artifact_type or None,
        "created": details.created.isoformat() if details.created else None,
        "size": details.size,
        "total_size": details.total_size,
        "platform": details.platform or None,
        "platforms": [
            {
                "platform": each.platform,
                "os_version": each.os_version or None,
                "digest": each.digest,
                "attests": each.attests or None,
                "size": each.size,
            }
            for each in details.platforms
        ],
        "config": _config(details.config) if details.config else None,
        "layers": [_layer(layer, sized=details.is_sized) for layer in details.layers],
        "labels": dict(details.labels),
        "annotations": dict(details.annotations),
        "subject": manifest.subject.digest if manifest.subject else None,
        "referrers": [_referrer(entry) for entry in details.referrers],
        "attached": [{"kind": each.kind, "tag": each.tag} for each in details.attached],
        "notes": list(details.notes),
        "chart": [{"name": name, "text": text} for name, text in details.chart],
        "manifest": _raw(details.body),
        "image_manifest": _raw(details.image_body) if details.image_body else None,
        "config_json": _raw(details.config_body) if details.config_body else None,
    }


def _config(config: ImageConfig) -> dict[str, Any]:
    return {
        "created": config.created,
        "author": config.author,
        "os": config.os,
        "architecture": config.architecture,
        "variant": config.variant,
        "user": config.user,
        "working_directory": config.working_directory,
        "stop_signal": config.stop_signal,
        "health": config.health or None,
        "entrypoint": list(config.entrypoint),
        "command": list(config.command),
        "environment": list(config.environment),
        "ports": list(config.ports),
        "volumes": list(config.volumes),
    }


def _layer(layer: Layer, *, sized: bool) -> dict[str, Any]:
    step, descriptor = layer.step, layer.descriptor
    return {
        "digest": descriptor.digest if descriptor else None,
        "size": descriptor.size if descriptor and sized else None,
        "media_type": descriptor.media_type if descriptor else None,
        "file": layer.file or None,
        "created_by": step.created_by if step else None,
        "instruction": step.instruction if step else None,
        "created": step.created if step else None,
        "comment": step.comment if step else None,
    }


def _referrer(entry: Entry) -> dict[str, Any]:
    descriptor = entry.descriptor
    return {
        "artifact_type": descriptor.artifact_type or descriptor.media_type,
        "digest": descriptor.digest,
        "size": descriptor.size,
        "annotations": dict(descriptor.annotations),
    }


def _raw(body: bytes) -> object:
    try:
        return load(body)
    except BodyError:
        return None
