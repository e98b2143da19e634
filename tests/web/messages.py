"""Outbound messages as Salesforce sends them."""

ORG = "00D000000000001EAA"
ENVELOPE = """<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">
  <OrganizationId>{org}</OrganizationId><ActionId>04k000000000001AAA</ActionId><SessionId xsi:nil="true"/>
  {notifications}
 </notifications></soapenv:Body></soapenv:Envelope>"""
NOTIFICATION = """<Notification><Id>04l000000000001AAA</Id><sObject xsi:type="sf:{name}" \
xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>00Q000000000001AAA</sf:Id></sObject></Notification>"""


def message(*objects: str, org: str = ORG) -> bytes:
    """Return a message with a notification of each object."""
    notifications = "".join(NOTIFICATION.format(name=name) for name in objects)
    return ENVELOPE.format(org=org, notifications=notifications).encode()
