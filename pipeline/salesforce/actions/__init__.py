"""Actions of Salesforce, by their names."""

from collections.abc import Mapping

from pipeline.model.action import Action
from pipeline.salesforce.actions.member import SalesforceMember
from pipeline.salesforce.actions.record import SalesforceRecord
from pipeline.salesforce.actions.task import SalesforceTask

ACTIONS: Mapping[str, type[Action]] = {
    action.name: action for action in (SalesforceRecord, SalesforceTask, SalesforceMember)
}
