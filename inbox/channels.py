"""The channels a conversation runs on, and which kind of address a person has on each."""

from django.db import models


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    WHATSAPP = "whatsapp", "WhatsApp"
    SMS = "sms", "SMS"
    LINKEDIN = "linkedin", "LinkedIn"
    CHAT = "chat", "Chat"


ADDRESS_KIND: dict[str, str] = {
    Channel.EMAIL: "email",
    Channel.WHATSAPP: "phone",
    Channel.SMS: "phone",
    Channel.LINKEDIN: "linkedin",
    Channel.CHAT: "chat",
}
