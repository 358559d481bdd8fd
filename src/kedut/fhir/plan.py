"""How urgent it is, and what to do: Flags and one CarePlan."""

from __future__ import annotations

from typing import Any

from kedut.advice.actions import Advice
from kedut.advice.urgency import Because
from kedut.assess.assessment import Assessment
from kedut.fhir import systems
from kedut.fhir.codings import cause_concept, coding, concept
from kedut.fhir.identity import Identity
from kedut.fhir.privacy import labelled, labels
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

Found = dict[str, Any]


class Planner:
    """Makes what follows from an assessment."""

    def __init__(
        self,
        assessment: Assessment,
        knowledge: Knowledge,
        words: Words,
        identity: Identity,
        when: str | None,
    ) -> None:
        self.assessment = assessment
        self.knowledge = knowledge
        self.words = words
        self.identity = identity
        self.when = when

    def flags(self) -> list[Found]:
        """Give the urgency, then each reason for it."""
        level = self.assessment.urgency.level
        urgency = {
            "coding": [coding(systems.URGENCY, str(level), self.words.say(f"level.{level}"))],
            "text": self.urgency_text(),
        }
        flags = [self._flag("urgency", urgency)]
        if level.rank > Level.ROUTINE.rank:
            flags += [
                labelled(
                    self._flag(b.id, concept(systems.RULES, b.id, self.reason(b))),
                    labels(b.findings, self.knowledge),
                )
                for b in self.assessment.urgency.because
                if b.kind == "rule"
            ]
        return flags

    def _flag(self, name: str, code: Found) -> Found:
        category = concept(systems.terminology("flag-category"), "clinical", "Clinical")
        flag: Found = {
            "resourceType": "Flag",
            "id": self.identity.of("Flag", name),
            "language": self.words.language,
            "status": "active",
            "category": [category],
            "code": code,
            "subject": self.identity.reference("Patient"),
        }
        if self.when is not None:
            flag["period"] = {"start": self.when}
        flag["author"] = self.identity.reference("Device")
        return flag

    def urgency_text(self) -> str:
        """Give the urgency in one or two sentences."""
        level = self.assessment.urgency.level
        line = self.words.say(f"level.{level}.line")
        return self.words.say("fhir.told", level=self.words.say(f"level.{level}"), line=line)

    def reason(self, because: Because) -> str:
        """Give one reason for the urgency in words."""
        if because.kind == "rule":
            return self.words.of("rules", because.id, "reason") or because.id
        if because.kind == "harm":
            return self.words.say("why.harm", cause=self.words.of("causes", because.id, "name"))
        return self.words.say(f"why.{because.id}")

    def care_plan(self) -> Found:
        """Give what to do, by who does it, and when to look again."""
        activities = [self._activity(advice) for advice in self.assessment.advice]
        activities += [self._avoid(a.avoid) for a in self.assessment.advice if a.avoid]
        activities += self._come_back()
        plan: Found = {
            "resourceType": "CarePlan",
            "id": self.identity.of("CarePlan"),
            "language": self.words.language,
            "status": "active",
            "intent": "proposal",
            "title": self.words.say("fhir.plan"),
            "description": self.urgency_text(),
            "subject": self.identity.reference("Patient"),
        }
        if self.when is not None:
            plan["created"] = self.when
        plan["author"] = self.identity.reference("Device")
        plan["supportingInfo"] = [self.identity.reference("RiskAssessment")]
        if activities:
            plan["activity"] = activities
        plan["note"] = [{"text": text} for text in self._closing()]
        return plan

    def _closing(self) -> list[str]:
        reasons = [self.reason(b) for b in self.assessment.urgency.because]
        closing = list(dict.fromkeys(reasons))
        level = self.assessment.urgency.level
        if level is not Level.EMERGENCY:
            closing.append(self.words.say("stop_and_go"))
        if level.rank <= Level.ROUTINE.rank:
            closing.append(self.words.say("calm.uneasy"))
        return closing

    def _activity(self, advice: Advice) -> Found:
        who = self.words.say(f"who.{advice.who}")
        detail: Found = {
            "code": {**concept(systems.HELPERS, advice.who, who)},
            "status": "not-started",
            "description": " ".join(filter(None, (advice.text, advice.limits))),
        }
        if advice.cause:
            reason = cause_concept(self.knowledge, advice.cause, self.words)
            detail["reasonCode"] = [{**reason, "coding": reason["coding"][:1]}]
        activity: Found = {"detail": detail}
        if advice.evidence:
            told = {"url": systems.EVIDENCE, "valueString": advice.evidence}
            activity["extension"] = [told]
        return activity

    def _avoid(self, text: str) -> Found:
        return {
            "detail": {
                "status": "not-started",
                "doNotPerform": True,
                "description": text,
            }
        }

    def _come_back(self) -> list[Found]:
        again = self.assessment.come_back
        if again is None or self.assessment.urgency.level is Level.EMERGENCY:
            return []
        days = self.words.say("come_back.days", days=again.after_days)
        detail = {
            "code": concept(systems.HELPERS, "self", self.words.say("who.self")),
            "status": "not-started",
            "scheduledString": days,
            "description": days,
        }
        return [{"detail": detail}]
